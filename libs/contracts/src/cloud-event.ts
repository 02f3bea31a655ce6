/** CloudEvents 1.0 as Tocsin speaks them: structured mode, one event a message. */

/** Content type of a structured event (CloudEvents HTTP and AMQP bindings). */
export const CLOUD_EVENT_CONTENT_TYPE = 'application/cloudevents+json';
export const CLOUD_EVENT_BATCH_CONTENT_TYPE = 'application/cloudevents-batch+json';

export interface CloudEvent<T = unknown> {
  specversion: '1.0';
  /** With `source` unique: the key for deduplication. */
  id: string;
  source: string;
  type: string;
  /** RFC 3339. */
  time?: string;
  subject?: string;
  datacontenttype?: string;
  dataschema?: string;
  /** Extension: the organization that the event belongs to; equals `data.organizationId`. */
  organizationid?: string;
  /** Extension: W3C trace context. */
  traceparent?: string;
  data: T;
}
