import type { RegisteredTool } from '@parley/server/ports/registry';
import { MemoryJournal } from '@parley/server/adapters/store/journal-memory';
import type { Model, ModelEnd } from '@parley/server/ports/model';
import type { RoomPolicyPatch } from '@parley/shared/policy';
import type { ToolBinding, ToolFunction, ToolName } from '@parley/shared/tools';
import { RoomWorld, settled } from './room-world.ts';
import { toolFunction, toolOf } from './tool-samples.ts';
import { REF } from './room-ref.ts';

export const MAIL = 'mail' as ToolName;
export const DRIVE = 'drive' as ToolName;

export function registered(name: ToolName, title: string, functions: readonly ToolFunction[]): RegisteredTool {
  return toolOf(REF.tenant, { name, title }, functions);
}

/** Of each call in these tests; what it may do is in its name. */
const MAIL_FUNCTIONS = [
  toolFunction('send', { class: 'act', recipients: ['/to'], results: 'public' }),
  toolFunction('publish', { class: 'egress', results: 'public' }),
  toolFunction('archive', { class: 'act', effect: 'idempotent', results: 'public' }),
  toolFunction('order', { class: 'act', effect: 'reconcilable', results: 'public' }),
  toolFunction('wipe', { class: 'admin' }),
];
const DRIVE_FUNCTIONS = [
  toolFunction('search', { class: 'read' }),
  toolFunction('news', { class: 'read', results: 'public' }),
];

/** A room of ana's with two tools: `mail` acts, `drive` reads. */
export async function toolWorld(
  policy: RoomPolicyPatch = {},
  as: ToolBinding = 'speaker',
  speaks: Model | null = null,
): Promise<RoomWorld> {
  const world = await RoomWorld.open(policy, new MemoryJournal(), speaks);
  await world.registry.put(registered(MAIL, 'Mail', MAIL_FUNCTIONS));
  await world.registry.put(registered(DRIVE, 'Drive', DRIVE_FUNCTIONS));
  for (const tool of [MAIL, DRIVE]) await world.as('ana', 'admin', { type: 'tool.admit', tool, as });
  return world;
}

let calls = 0;
/** A model call that ends by asking for tools; `mail.send` is given as it is called everywhere but by models. */
export function asksFor(...wanted: readonly { readonly call: string; readonly given?: unknown }[]): ModelEnd {
  const usage = { model: 'scripted', inputTokens: 10, cachedTokens: 0, outputTokens: 2 };
  return {
    reason: 'tool',
    usage,
    calls: wanted.map(({ call, given = {} }) => {
      const written = typeof given === 'string' ? given : JSON.stringify(given);
      return { id: `model-${(calls += 1)}`, name: call.replace('.', '__'), arguments: written };
    }),
  };
}

/** Whatever can happen without time going by has happened. */
export async function quiet(): Promise<void> {
  for (let rounds = 0; rounds < 12; rounds += 1) await settled();
}
