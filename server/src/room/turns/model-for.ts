import type { Author } from '@parley/shared/entry';
import type { TurnId, UserId } from '@parley/shared/ids';
import { NO_LIMITS } from '../../core/people/grants.ts';
import { chosenModel, openModels } from '../../core/people/model-choice.ts';
import type { PresentRoom } from '../../core/room-state.ts';
import type { Model } from '../../ports/model.ts';
import type { Chronicle } from '../chronicle.ts';

export const NO_MODEL = 'None of the models here is open to whoever asked.';
export const NOT_THAT_MODEL = 'The model that was chosen is not open to whoever asked.';

/** What the server offers, by name. */
export function offeredBy({ name, choices = [name] }: Model): readonly string[] {
  return choices;
}

/** The models that may answer a person in a room (G5), the first when they choose none. */
export function modelsFor(room: PresentRoom, model: Model, user: UserId): readonly string[] {
  const member = room.members.get(user);
  return member === undefined ? [] : openModels(offeredBy(model), room.policy, member.grants);
}

/** The model that does what a room does by itself: the first that it lets answer; null: none. */
export function modelOfRoom({ policy }: Pick<PresentRoom, 'policy'>, model: Model): string | null {
  return openModels(offeredBy(model), policy, NO_LIMITS)[0] ?? null;
}

/** The name of the model that answers a prompt; null when it may not. Prompts are by people. */
export function modelFor(
  { room, ledger }: Pick<Chronicle, 'room' | 'ledger'>,
  model: Model,
  { author, turn }: { readonly author: Author; readonly turn: TurnId },
): string | null {
  return chosenModel(modelsFor(room, model, author.id as UserId), ledger.ticket(turn)?.model ?? null);
}
