import type { Replies } from '@parley/shared/answers';
import type { Entry, TurnView } from '@parley/shared/entry';
import { fault, ok, type Result } from '@parley/shared/fault';
import type { Invite } from '@parley/shared/invite';
import { CAPABILITIES, capabilitiesOf } from '@parley/shared/roles';
import { RoomTool } from '@parley/shared/tools';
import type { FakeRoomClient } from '../../kit/fake-room-client.ts';
import { key, MORNING, turnId } from './build.ts';
import { offered, releasePreview, roomTools, trusted } from './call-stories.ts';
import { ana, author } from './people.ts';
import type { Story } from './stories.ts';

const DAY = 86_400_000;
const decided: TurnView = {
  turn: turnId(3),
  id: key(3),
  seq: 3,
  author: author(ana),
  audience: 'room',
  state: 'running',
  revision: 1,
};

/** A server that does what it is asked, as far as one window can see. */
export function repliesOf(story: Story, client: FakeRoomClient): Partial<FakeRoomClient['replies']> {
  client.offers = ok(offered);
  if (story.told !== undefined) client.told = story.told;
  return {
    'room.get': () => ok(roomOf(story, client)),
    ...callReplies(client),
    ...inviteReplies(),
    ...toolReplies(story.tools ?? roomTools),
    ...entryReplies(client),
  };
}

function roomOf({ models = ['demo'] }: Story, { room, view }: FakeRoomClient): Replies['room.get'] {
  return { ...room, capabilities: [...view.capabilities], models: [...models], offered: [...models] };
}

function callReplies(client: FakeRoomClient): Partial<FakeRoomClient['replies']> {
  return {
    'approval.decide': ({ approval }) => {
      client.show({ approvals: client.view.approvals.filter(({ id }) => id !== approval) });
      return ok(decided);
    },
    'rights.explain': ({ user }) => ok(explanation(user)),
    'member.set': ({ user, role, grants }) =>
      ok({ user, name: nameOf(client, user), role, ...(grants === undefined ? {} : { grants }) }),
  };
}

function nameOf({ memberList }: FakeRoomClient, user: string): string {
  const list = memberList.ok ? memberList.value : [];
  return list.find((one) => one.user === user)?.name ?? user;
}

function explanation(user: Replies['rights.explain']['user']): Replies['rights.explain'] {
  const held = new Set(capabilitiesOf({ tenantRole: 'member', role: 'speaker' }));
  const capabilities = CAPABILITIES.map((capability) => ({
    capability,
    allowed: held.has(capability),
    why: held.has(capability)
      ? 'A speaker has level 20, and this takes 20.'
      : 'This takes level 50, and a speaker has 20.',
  }));
  return { user, role: 'speaker', capabilities };
}

function inviteReplies(): Partial<FakeRoomClient['replies']> {
  let invites: Invite[] = [{ id: 'h1', role: 'reader', expiresAt: MORNING + DAY, usesLeft: 5, by: 'ana' }];
  return {
    'invite.list': () => ok({ items: invites }),
    'invite.create': ({ role, uses, expiresIn, for: whom }) => {
      const made = {
        role,
        usesLeft: uses,
        by: 'ana',
        expiresAt: MORNING + expiresIn * 1_000,
        id: `h${invites.length + 1}`,
      };
      const invite: Invite = whom === undefined ? made : { ...made, for: whom };
      invites = [...invites, invite];
      return ok({ ...invite, code: `lobby.${'s'.repeat(43)}` });
    },
    'invite.revoke': ({ invite }) => {
      invites = invites.filter(({ id }) => id !== invite);
      return ok({});
    },
  };
}

function toolReplies(first: readonly RoomTool[]): Partial<FakeRoomClient['replies']> {
  let tools = first;
  let trust = first.length === 0 ? [] : trusted;
  return {
    'tool.list': () => ok({ items: [...tools] }),
    'tool.admit': ({ tool, as }) => {
      const made = RoomTool.parse({ tool, title: tool, as, by: 'ana', available: true, functions: [] });
      tools = [...tools, made];
      return ok(made);
    },
    'tool.drop': ({ tool }) => {
      tools = tools.filter((one) => one.tool !== tool);
      return ok({});
    },
    'trust.list': () => ok({ items: trust }),
    'trust.set': ({ trust: one }) => {
      trust = [...trust.filter(({ call }) => call !== one.call), one];
      return ok(one);
    },
    'trust.drop': ({ call }) => {
      trust = trust.filter((one) => one.call !== call);
      return ok({});
    },
  };
}

function entryReplies(client: FakeRoomClient): Partial<FakeRoomClient['replies']> {
  const all = (): readonly Entry[] => [...client.view.room.entries, ...client.view.me.entries];
  return {
    'transcript.search': ({ q }) => {
      const says = ({ text }: Entry): boolean => text.toLowerCase().includes(q.toLowerCase());
      const lanes = (['room', 'me'] as const).map((lane) =>
        client.view[lane].entries.filter(says).map((entry) => ({ ...entry, lane })),
      );
      return ok({ items: lanes.flat().toReversed() });
    },
    'entry.preview-release': () => ok(releasePreview),
    'entry.release': ({ entry }) => found(all(), entry),
    'entry.redact': ({ entry }) => {
      const change = (one: Entry): Entry => (one.id === entry ? { ...one, text: '', redactedBy: 'ana' } : one);
      const { room, me } = client.view;
      client.show({
        room: { ...room, entries: room.entries.map(change) },
        me: { ...me, entries: me.entries.map(change) },
      });
      return found(all(), entry);
    },
  };
}

function found(all: readonly Entry[], id: string): Result<{ entry: Entry }> {
  const entry = all.find((one) => one.id === id);
  return entry === undefined ? { ok: false, fault: fault('not_found') } : ok({ entry });
}
