/** Somebody begins to type beside a lane; so many of the messages before the prompt are said by then. */
export interface Press {
  readonly at: number;
  readonly said: number;
  /** Whoever asks next is the one who types, in the lane where they ask. */
  readonly isAsker: boolean;
}

/** One turn as people come to it: when it is asked, who was seen to type before, and where. */
export interface Approach {
  readonly at: number;
  readonly isPrivate: boolean;
  readonly presses: readonly Press[];
}

export interface TraceOptions {
  readonly turns: number;
  readonly messages: number;
  readonly privateShare: number;
  /** How often nobody says anything for a while. */
  readonly pauses: number;
  readonly random: () => number;
}

/** While an answer is written nobody's key press counts. */
export const ANSWER_MS = 6_000;
const ABANDONED = 0.4;
const TYPING_MS = 8_000;

/** People ask in bursts; all that they say is typed, in seconds that differ, and four in ten approaches come to nothing besides. */
export function* typingTrace({ turns, messages, privateShare, pauses, random }: TraceOptions): Generator<Approach> {
  let at = 0;
  for (let turn = 1; turn < turns; turn++) {
    const from = at + ANSWER_MS;
    at += -Math.log(1 - random()) * (random() < pauses ? 900_000 : 40_000);
    const isPrivate = random() < privateShare;
    const sent = Array.from({ length: messages }, () => from + random() * (at - from)).sort((a, b) => a - b);
    const presses = sent.map((time, said): Press => ({ at: time - typingMs(random), said, isAsker: false }));
    if (random() < ABANDONED) {
      const time = from + random() * (at - from);
      presses.push({ at: time, said: sent.filter((one) => one < time).length, isAsker: false });
    }
    const asks = at - typingMs(random);
    presses.push({ at: asks, said: sent.filter((one) => one < asks).length, isAsker: true });
    yield { at, isPrivate, presses: presses.filter((one) => one.at >= from).sort((a, b) => a.at - b.at) };
  }
}

/** Log-normal, half of them under eight seconds. */
function typingMs(random: () => number): number {
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return TYPING_MS * Math.exp(0.7 * normal);
}
