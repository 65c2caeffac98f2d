import type { RoomRef } from '../../core/tenant.ts';
import type { Authority } from '../../ports/authority.ts';
import type { Model, Tokenizer } from '../../ports/model.ts';
import type { Registry } from '../../ports/registry.ts';
import type { Clock, Digest, Ids } from '../../ports/system.ts';
import type { CallTokens, Tools } from '../../ports/tools.ts';
import type { Access } from '../access.ts';
import type { Chronicle } from '../chronicle.ts';
import type { BuiltinTool } from './builtin-tools.ts';
import { CallJudge } from './call-judge.ts';
import type { Mailbox } from '../mailbox.ts';
import { CallRunner } from './call-runner.ts';
import { LateCalls } from './late-calls.ts';
import { Offers } from './offers.ts';
import { ResultReading } from './result-reading.ts';
import { TurnTools } from './turn-tools.ts';

export interface OpenTurnToolsDeps {
  readonly ref: RoomRef;
  readonly chronicle: Chronicle;
  readonly access: Access;
  readonly authority: Authority;
  readonly registry: Registry;
  readonly tools: Tools;
  readonly callTokens: CallTokens;
  readonly builtins: readonly BuiltinTool[];
  readonly model: Model;
  readonly tokenizer: Tokenizer;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly digest: Digest;
  readonly mailbox: Mailbox;
}

/** The tools of a room's turns, put together from what they are judged, made and read with. */
export function openTurnTools(deps: OpenTurnToolsDeps): TurnTools {
  const { tenant } = deps.ref;
  const offers = new Offers({ ...deps, tenant });
  const reading = new ResultReading({ ...deps, tenant });
  return new TurnTools({
    ...deps,
    offers,
    judge: new CallJudge({ ...deps, offers }),
    runner: new CallRunner({ ...deps, offers, reading, late: new LateCalls(deps) }),
  });
}
