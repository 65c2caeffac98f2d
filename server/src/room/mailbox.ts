/** Something to do with a room, alone. */
export type Task = () => void | Promise<void>;

/**
 * One at a time, in order of arrival: every event that touches a room goes through its mailbox, so a
 * task that has to wait (for a document to load) is never overtaken. Tasks that need not wait run in
 * the same tick as their `post`.
 */
export class Mailbox {
  #tasks: Task[] = [];
  #running = false;
  #closed = false;
  readonly #crashed: (error: unknown) => void;

  /** `crashed` hears of a task that threw: a bug of ours. The tasks after it are dropped. */
  constructor(crashed: (error: unknown) => void) {
    this.#crashed = crashed;
  }

  post(task: Task): void {
    if (this.#closed) return;
    this.#tasks.push(task);
    if (!this.#running) void this.#drain();
  }

  /** True when nothing runs or waits. */
  get empty(): boolean {
    return !this.#running && this.#tasks.length === 0;
  }

  /** Drops what waits and takes nothing more. */
  close(): void {
    this.#closed = true;
    this.#tasks = [];
  }

  async #drain(): Promise<void> {
    this.#running = true;
    try {
      while (this.#tasks.length > 0) {
        const batch = this.#tasks;
        this.#tasks = [];
        await this.#runAll(batch);
      }
    } catch (error) {
      this.close();
      this.#crashed(error);
    } finally {
      this.#running = false;
    }
  }

  async #runAll(batch: readonly Task[]): Promise<void> {
    for (const task of batch) {
      if (this.#closed) return;
      const waiting = task();
      if (waiting) await waiting;
    }
  }
}
