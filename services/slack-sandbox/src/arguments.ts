/**
 * The arguments of one Web API call. Slack takes them from the query, a form or a JSON body; structures travel in a form as
 * JSON text, so a structure may arrive here as a string or as the thing itself.
 */

export class Arguments {
  constructor(private readonly raw: Readonly<Record<string, unknown>>) {}

  has(name: string): boolean {
    const value = this.raw[name];
    return value !== undefined && value !== null && value !== '';
  }

  /** The argument as text; numbers and booleans of a JSON body included, '' counts as absent. */
  text(name: string): string | undefined {
    const value = this.raw[name];
    if (typeof value === 'string') return value === '' ? undefined : value;
    return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
  }

  flag(name: string): boolean {
    const value = this.text(name);
    return value === 'true' || value === '1';
  }

  list(name: string): string[] {
    const items = this.text(name)?.split(',') ?? [];
    return items.map((item) => item.trim()).filter((item) => item !== '');
  }

  /** The argument as a structure: undefined when absent, `broken` when its text is not JSON. */
  structure(name: string): { value: unknown } | 'broken' | undefined {
    const value = this.raw[name];
    if (value === undefined || value === null || value === '') return undefined;
    if (typeof value !== 'string') return { value };
    try {
      return { value: JSON.parse(value) as unknown };
    } catch {
      return 'broken';
    }
  }

  /** All arguments for the record of requests, credentials left out and structures opened. */
  forRecord(): Record<string, unknown> {
    const hidden = new Set(['token', 'client_secret', 'code', 'refresh_token']);
    const open = (name: string, value: unknown): unknown => {
      if (!['blocks', 'attachments', 'metadata'].includes(name)) return value;
      const structure = this.structure(name);
      return typeof structure === 'object' ? structure.value : value;
    };
    return Object.fromEntries(
      Object.entries(this.raw).filter(([name]) => !hidden.has(name)).map(([name, value]) => [name, open(name, value)]),
    );
  }
}
