import { ok, type Result } from '@parley/shared/fault';
import { LinkBegun, LinkEnded, LinkState, ToolOffers, type ToolName, type ToolOffer } from '@parley/shared/tools';
import type { Rest } from './rest.ts';

/** What belongs to a person's organisation, and not to one room; asked over HTTP. */
export interface Organisation {
  /** Tools that an owner may let into a room. */
  tools(): Promise<Result<readonly ToolOffer[]>>;
  /** Whether my own account at the tool's authority is linked. */
  linked(tool: ToolName): Promise<Result<boolean>>;
  /** Begins to link it: the address to open in a browser, once, within ten minutes. */
  link(tool: ToolName): Promise<Result<string>>;
  /** Forgets it; whether its authority took it back too, null where there is no way to. */
  unlink(tool: ToolName): Promise<Result<boolean | null>>;
  /** Any other route of the server, as whoever is signed in here. */
  readonly rest: Pick<Rest, 'read' | 'send' | 'drop' | 'file'>;
}

export function organisationOver(rest: Rest): Organisation {
  const path = (tool: ToolName): string => `/v1/links/${tool}`;
  return {
    async tools() {
      const offers = await rest.read('/v1/tools', ToolOffers);
      return offers.ok ? ok(offers.value.items) : offers;
    },
    async linked(tool) {
      const state = await rest.read(path(tool), LinkState);
      return state.ok ? ok(state.value.linked) : state;
    },
    async link(tool) {
      const begun = await rest.send({ method: 'POST', path: path(tool) }, LinkBegun);
      return begun.ok ? ok(begun.value.authorizeUrl) : begun;
    },
    async unlink(tool) {
      const ended = await rest.send({ method: 'DELETE', path: path(tool) }, LinkEnded);
      return ended.ok ? ok(ended.value.revoked) : ended;
    },
    rest,
  };
}
