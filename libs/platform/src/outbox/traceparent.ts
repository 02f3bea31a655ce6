/** W3C trace context: which messages belong to one piece of work. @see https://www.w3.org/TR/trace-context */
import { eventId } from './event-id.js';

const FORM = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-([0-9a-f]{2})(?:-|$)/;
/** As {@link Outbox} writes it: in front of the data, where nothing that others wrote can stand. */
const WRITTEN = /"traceparent":"([0-9a-f-]{55})","data":/;

/** @returns the next step of the trace that `parent` names; where it names none, the first one of a trace of its own */
export function traceparentAfter(parent: unknown): string {
  const fresh = eventId().replaceAll('-', '');
  const [, trace = fresh, flags = '00'] = (typeof parent === 'string' ? FORM.exec(parent) : null) ?? [];
  return `00-${trace}-${fresh.slice(16)}-0${Number.parseInt(flags, 16) & 1}`;
}

/** The trace context of a message that an outbox holds, for the envelope of the transport. */
export function traceparentIn(body: string): string | undefined {
  return WRITTEN.exec(body)?.[1];
}
