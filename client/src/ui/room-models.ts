import type { RoomPolicy } from '@parley/shared/policy';
import { ChosenModels } from './chosen-models.ts';
import { define } from './part.ts';
import { modelStrings as words } from './strings-models.ts';

/** Which of the server's models may answer in a room (G5). */
export class ParleyRoomModels extends ChosenModels {
  static override properties = { ...ChosenModels.properties, policy: { attribute: false } };
  declare policy: RoomPolicy;

  protected override get now(): readonly string[] | null {
    return this.policy.models;
  }

  protected override get words(): { legend: string; all: string; help: string } {
    return { legend: words.roomLegend, all: words.roomAll, help: words.roomHelp };
  }

  protected override get holds(): string {
    return 'policy';
  }
}
define('parley-room-models', ParleyRoomModels);
