import type { Member } from '@parley/shared/entry';
import { ChosenModels } from './chosen-models.ts';
import { define } from './part.ts';
import { modelStrings as words } from './strings-models.ts';

/** Which of the server's models may answer one member here (G5). */
export class ParleyMemberModels extends ChosenModels {
  static override properties = { ...ChosenModels.properties, member: { attribute: false } };
  declare member: Member;

  protected override get now(): readonly string[] | null {
    return this.member.grants?.models ?? null;
  }

  protected override get words(): { legend: string; all: string; help: string } {
    return { legend: words.memberLegend(this.member.name), all: words.memberAll, help: words.memberHelp };
  }

  protected override get holds(): string {
    return 'member';
  }
}
define('parley-member-models', ParleyMemberModels);
