/** The AsyncAPI 3.0 document of all messages. A pure function, so that the same table gives the same document. */

const DESCRIPTION = [
  'What the services say to each other, and what any internal service may say to them. Every message is a CloudEvent 1.0 in structured mode; binary mode is understood too.',
  'Messages are persistent, published as mandatory and confirmed. The extension organizationid decides whose message it is and must equal data.organizationId, or the message goes to the dead letters.',
  'Whoever reaches the broker is trusted, so it is for our own services only. Contracts only grow: a new field is optional, anything else is a new version.',
].join(' ');

/**
 * @param {{
 *   messages: { type: string, exchange: string, saidBy: readonly string[], queues: { service: string, queue: string }[], contract: Function, summary: string, sample: object }[],
 *   schemas: Record<string, object>, contentType: string, deadExchange: string,
 * }} input
 */
export function asyncApiDocument({ messages, schemas, contentType, deadExchange }) {
  const payloads = Object.fromEntries(messages.map((message) => [message.type, eventSchema(message, schemas)]));
  return {
    asyncapi: '3.0.0',
    info: { title: 'Tocsin messages', version: '1', description: DESCRIPTION, license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' } },
    defaultContentType: contentType,
    servers: { rabbitmq: { host: 'localhost:5672', protocol: 'amqp', protocolVersion: '0-9-1', description: `RabbitMQ, by AMQP_URL. What cannot be handled is kept behind the exchange ${deadExchange} under its own routing key.` } },
    channels: Object.fromEntries(messages.map((message) => [message.type, channelOf(message)])),
    operations: Object.fromEntries(messages.flatMap(operationsOf)),
    components: {
      messages: Object.fromEntries(messages.map((message) => [message.type, messageOf(message, payloads[message.type], contentType)])),
      schemas: withWordsBesideReferences(usedSchemas(payloads, schemas)),
    },
  };
}

/** AsyncAPI takes nothing beside a reference: what is said of a field that refers to a schema stands around it. */
function withWordsBesideReferences(value) {
  if (Array.isArray(value)) return value.map(withWordsBesideReferences);
  if (typeof value !== 'object' || value === null) return value;
  const { $ref, ...rest } = Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withWordsBesideReferences(item)]));
  if ($ref === undefined) return rest;
  return Object.keys(rest).length === 0 ? { $ref } : { allOf: [{ $ref }], ...rest };
}

function channelOf({ type, exchange, summary }) {
  return {
    address: type,
    description: summary,
    messages: { [type]: { $ref: `#/components/messages/${type}` } },
    bindings: { amqp: { is: 'routingKey', exchange: { name: exchange, type: 'topic', durable: true, autoDelete: false, vhost: '/' }, bindingVersion: '0.3.0' } },
  };
}

/** One operation for each who says it and each who hears it. */
function operationsOf({ type, saidBy, queues }) {
  const about = { channel: { $ref: `#/channels/${type}` }, messages: [{ $ref: `#/channels/${type}/messages/${type}` }] };
  const said = saidBy.map((who) => [`${who}.says.${type}`, {
    action: 'send', summary: who === 'any' ? 'Any internal service may say it.' : `Said by ${who}.`, ...about,
    bindings: { amqp: { deliveryMode: 2, mandatory: true, bindingVersion: '0.3.0' } },
  }]);
  const heard = queues.map(({ service, queue }) => [`${service}.hears.${type}`, {
    action: 'receive', summary: `Heard by ${service} from the queue ${queue}.`, ...about, bindings: { amqp: { ack: true, bindingVersion: '0.3.0' } },
  }]);
  return [...said, ...heard];
}

function messageOf({ type, contract, summary, sample }, payload, contentType) {
  return {
    name: type,
    title: contract.name,
    summary,
    contentType,
    headers: { type: 'object', properties: { traceparent: { type: 'string', description: 'W3C trace context.' } } },
    payload,
    bindings: { amqp: { messageType: type, bindingVersion: '0.3.0' } },
    examples: [{ name: 'sample', payload: sample }],
  };
}

/** CloudEvents 1.0 as an envelope around the contract. */
function eventSchema({ type, contract }, schemas) {
  return {
    type: 'object',
    required: ['specversion', 'id', 'source', 'type', 'organizationid', 'data'],
    properties: {
      specversion: { const: '1.0', description: 'Version of CloudEvents.' },
      id: { type: 'string', minLength: 1, description: 'Id of the event, unique with source: the same twice is the same event.' },
      source: { type: 'string', format: 'uri-reference', minLength: 1, description: 'Who says it, such as /tocsin/issues.' },
      type: { const: type, description: 'Type of the event: at once its routing key.' },
      time: { type: 'string', format: 'date-time', description: 'When it happened; left out = when it arrives.' },
      subject: { type: 'string', description: 'Id of what it is about.' },
      datacontenttype: { const: 'application/json', description: 'Form of the data; may be left out.' },
      organizationid: { type: 'string', minLength: 1, description: 'Equals data.organizationId where that is given.' },
      traceparent: { type: 'string', description: 'W3C trace context.' },
      data: { description: 'What it says.', allOf: [{ $ref: `#/components/schemas/${schemaName(contract, schemas)}` }] },
    },
  };
}

/** A class that adds nothing to another has that one's schema. */
function schemaName(contract, schemas) {
  for (let one = contract; typeof one === 'function'; one = Object.getPrototypeOf(one)) if (schemas[one.name] !== undefined) return one.name;
  throw new Error(`There is no schema of ${contract.name}`);
}

/** The schemas that are referred to, directly or through another one, in the order of their names. */
function usedSchemas(payloads, all) {
  const used = new Set();
  const visit = (value) => {
    for (const [, name] of JSON.stringify(value).matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
      if (used.has(name)) continue;
      if (all[name] === undefined) throw new Error(`There is no schema of ${name}`);
      used.add(name);
      visit(all[name]);
    }
  };
  visit(payloads);
  return Object.fromEntries([...used].sort().map((name) => [name, all[name]]));
}
