/** Conditions on rows of issues, with their values. The first ones are always whose issues the caller may see. */
import type { Caller } from '@tocsin/platform';

import { storable } from '../intake/storable.js';

export interface Condition {
  /** With `?` for the value, and another one for `second` where there is one. */
  sql: string;
  value: unknown;
  second?: unknown;
}

export class IssuesInSight {
  readonly values: unknown[] = [];
  private readonly parts: string[] = [];

  constructor(caller: Pick<Caller, 'organizationId' | 'applications'>, conditions: readonly Condition[] = []) {
    this.and({ sql: 'organization_id = ?', value: caller.organizationId });
    if (caller.applications !== undefined) this.and({ sql: 'application = any(?)', value: caller.applications });
    for (const condition of conditions) this.and(condition);
  }

  and({ sql, value, second }: Condition): this {
    const values = second === undefined ? [value] : [value, second];
    let next = 0;
    this.parts.push(sql.replaceAll(/\?(?!\|)/g, () => this.parameter(values[next++])));
    return this;
  }

  /** Adds a value. @returns its place in the SQL */
  parameter(value: unknown): string {
    return `$${this.values.push(storable(value))}`;
  }

  get where(): string {
    return this.parts.join(' and ');
  }
}
