import type { Discovery, Tools, ToolTarget } from '@parley/server/ports/tools';

/** A tool server that is asked what it can do and nothing else: a call is a mistake of whoever tests. */
export class ListedTools implements Tools {
  /** Every question, with the token it came with. */
  readonly asked: { readonly target: ToolTarget; readonly bearer: string | null }[] = [];
  answer: Discovery = { kind: 'found', functions: [] };
  /** Happens while the server is being asked. */
  meanwhile: () => Promise<void> = async () => {};

  async discover(target: ToolTarget, bearer: string | null): Promise<Discovery> {
    this.asked.push({ target, bearer });
    await this.meanwhile();
    return this.answer;
  }

  call(): never {
    throw new Error('nothing is called here');
  }

  status(): never {
    throw new Error('nothing was called here');
  }
}
