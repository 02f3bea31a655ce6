/**
 * Makes what every pool of this process asks late by chance, so that transactions stay open while others work, and loses
 * connections, before or after a statement was carried out: whoever asked cannot know.
 */
import pg from 'pg';

const LOST = 'Connection terminated unexpectedly';

type Query = (this: pg.Client, ...args: unknown[]) => unknown;
interface Inside {
  connection: { stream: { destroy: () => void } };
  connectionParameters: { application_name?: string };
}

export interface Roughness {
  /** Chances from 0 to 1, of each statement. */
  late: number;
  veryLate: number;
  lost: number;
}

export class RoughDatabase {
  private roughness: Roughness = { late: 0, veryLate: 0, lost: 0 };
  private readonly smooth = Reflect.get(pg.Client.prototype, 'query') as Query;
  /** Connections that were lost. */
  losses = 0;

  constructor(private readonly random: () => number) {
    const { smooth } = this;
    const rough = this.rough.bind(this);
    Reflect.set(pg.Client.prototype, 'query', function query(this: pg.Client, ...args: unknown[]): unknown {
      const last = args.at(-1);
      if (!isOurs(this)) return smooth.apply(this, args);
      if (typeof last !== 'function') return rough(this, () => smooth.apply(this, args) as Promise<unknown>);
      rough(this, () => smooth.apply(this, args.slice(0, -1)) as Promise<unknown>).then((result) => { Reflect.apply(last, undefined, [null, result]); }, (error: unknown) => { Reflect.apply(last, undefined, [error]); });
      return undefined;
    });
  }

  be(roughness: Roughness): void {
    this.roughness = roughness;
  }

  restore(): void {
    Reflect.set(pg.Client.prototype, 'query', this.smooth);
  }

  private async rough(client: pg.Client, ask: () => Promise<unknown>): Promise<unknown> {
    await this.pause();
    const isLost = this.random() < this.roughness.lost;
    if (isLost && this.random() < 0.5) return this.lose(client);
    const answer = await ask();
    if (isLost) return this.lose(client);
    await this.pause();
    return answer;
  }

  private lose(client: pg.Client): never {
    this.losses += 1;
    (client as unknown as Inside).connection.stream.destroy();
    throw new Error(LOST);
  }

  private async pause(): Promise<void> {
    const chance = this.random();
    const { late, veryLate } = this.roughness;
    const ms = chance < veryLate ? 20 + this.random() * 80 : chance < veryLate + late ? this.random() * 6 : 0;
    if (ms > 0) await new Promise((resolve) => { setTimeout(resolve, ms); });
  }
}

function isOurs(client: pg.Client): boolean {
  return (client as unknown as Inside).connectionParameters.application_name?.startsWith('tocsin-') === true;
}
