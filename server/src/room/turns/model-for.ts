import type { Author } from '@parley/shared/entry';
import type { UserId } from '@parley/shared/ids';
import { chosenModel } from '../../core/people/model-choice.ts';
import type { PresentRoom } from '../../core/room-state.ts';
import type { Model } from '../../ports/model.ts';

export const NO_MODEL = 'None of the models here is open to whoever asked.';

/** The name of the model that answers somebody in a room (G5); null when they may use none. Prompts are by people. */
export function modelFor(room: PresentRoom, { name, choices = [name] }: Model, author: Author): string | null {
  const member = room.members.get(author.id as UserId);
  return member === undefined ? null : chosenModel(choices, member.grants);
}
