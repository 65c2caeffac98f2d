import type { TurnId } from '@parley/shared/ids';
import type { ResourceId } from '@parley/shared/label';

/** T18: which resources each turn that is under way may be sent from, for good, whoever comes or loses a right meanwhile. */
export class Grants {
  readonly #isOver: (turn: TurnId) => boolean;
  readonly #granted = new Map<TurnId, readonly ResourceId[]>();

  constructor(isOver: (turn: TurnId) => boolean) {
    this.#isOver = isOver;
  }

  of(turn: TurnId): readonly ResourceId[] | undefined {
    return this.#granted.get(turn);
  }

  /** Turns that are over by then are forgotten: a room lives long. */
  give(turn: TurnId, resources: readonly ResourceId[]): readonly ResourceId[] {
    for (const one of this.#granted.keys()) if (this.#isOver(one)) this.#granted.delete(one);
    this.#granted.set(turn, resources);
    return resources;
  }
}
