import 'reflect-metadata';
import { describe, expect, test } from '@jest/globals';

import { AMQP_BINDING, checkCloudEvent, checkCloudEventBatch, decodeCloudEvent, HTTP_BINDING } from './cloud-event.codec.js';

const EVENT = { specversion: '1.0', id: 'e1', source: '/ci/build', type: 'issue.resolved.v1', organizationid: 'acme', data: { application: 'shop', fingerprint: 'f1' } };
const STRUCTURED = 'application/cloudevents+json; charset=utf-8';

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

describe('an event in structured mode', () => {
  test('is its body', () => {
    expect(decodeCloudEvent({ contentType: STRUCTURED, headers: {}, body: json({ ...EVENT, subject: null }) }, HTTP_BINDING)).toEqual({ ok: true, event: EVENT, isBody: true });
  });

  test('is its body as plain JSON too, where no header speaks of an event', () => {
    expect(decodeCloudEvent({ contentType: 'application/json', headers: {}, body: json(EVENT) }, HTTP_BINDING)).toEqual({ ok: true, event: EVENT, isBody: true });
    expect(decodeCloudEvent({ contentType: 'application/json', headers: { 'ce-id': 'e2' }, body: json(EVENT) }, HTTP_BINDING)).toMatchObject({ ok: false });
  });

  test('may stand behind a mark of the byte order, and then is not its body as it stands', () => {
    expect(decodeCloudEvent({ contentType: STRUCTURED, headers: {}, body: Buffer.concat([Buffer.from('\uFEFF'), json(EVENT)]) }, AMQP_BINDING)).toEqual({ ok: true, event: EVENT, isBody: false });
  });

  test('may carry its data in base64', () => {
    const { data, ...rest } = EVENT;
    const inBase64 = { ...rest, data_base64: json(data).toString('base64') };
    expect(checkCloudEvent(inBase64)).toEqual({ ok: true, event: EVENT });
    expect(decodeCloudEvent({ contentType: STRUCTURED, headers: {}, body: json(inBase64) }, HTTP_BINDING)).toEqual({ ok: true, event: EVENT, isBody: false });
  });

  test.each([
    ['specversion', undefined, '/specversion', 'required'],
    ['specversion', '0.3', '/specversion', 'unsupported'],
    ['id', '', '/id', 'required'],
    ['id', 7, '/id', 'required'],
    ['source', undefined, '/source', 'required'],
    ['type', undefined, '/type', 'required'],
    ['time', 'yesterday', '/time', 'bad_time'],
    ['time', '2026-13-01T00:00:00Z', '/time', 'bad_time'],
    ['time', '0000-01-01T00:00:00Z', '/time', 'bad_time'],
    ['time', '9999-12-31T23:59:59-15:00', '/time', 'bad_time'],
    ['organizationid', 7, '/organizationid', 'wrong_type'],
    ['datacontenttype', 'text/xml', '/datacontenttype', 'unsupported'],
    ['data', undefined, '/data', 'required'],
  ])('with %s %j is refused at %s as %s', (attribute, value, pointer, code) => {
    expect(checkCloudEvent({ ...EVENT, [attribute]: value })).toEqual({ ok: false, places: [expect.objectContaining({ pointer, code })] });
  });

  test('names everything that is wrong with it at once', () => {
    const reading = checkCloudEvent({ data: {} }, '/3');
    expect(reading).toMatchObject({ ok: false, places: ['/3/specversion', '/3/id', '/3/source', '/3/type'].map((pointer) => ({ pointer })) });
  });

  test.each([['{"id":', 'not_json'], ['[]', 'wrong_type'], ['null', 'wrong_type'], ['"e1"', 'wrong_type']])('that is %s is refused as %s', (body, code) => {
    expect(decodeCloudEvent({ contentType: STRUCTURED, headers: {}, body: Buffer.from(body) }, HTTP_BINDING)).toMatchObject({ ok: false, places: [{ pointer: '', code }] });
  });
});

describe('an event in binary mode', () => {
  const body = json(EVENT.data);

  test.each(['cloudEvents_', 'cloudEvents:'])('over AMQP has its attributes in %s headers', (prefix) => {
    const headers = Object.fromEntries(['specversion', 'id', 'source', 'type', 'organizationid'].map((name) => [prefix + name, EVENT[name as keyof typeof EVENT]]));
    const reading = decodeCloudEvent({ contentType: 'application/json', headers: { ...headers, 'x-attempt': 2 }, body }, AMQP_BINDING);
    expect(reading).toEqual({ ok: true, event: { ...EVENT, datacontenttype: 'application/json' }, isBody: false });
  });

  test('over AMQP may have a time of the protocol\'s own', () => {
    const headers = { 'cloudEvents_specversion': '1.0', 'cloudEvents_id': 'e1', 'cloudEvents_source': '/a', 'cloudEvents_type': 't', 'cloudEvents_time': { '!': 'timestamp', value: 1764028800 } };
    expect(decodeCloudEvent({ contentType: undefined, headers, body }, AMQP_BINDING)).toMatchObject({ ok: true, event: { time: '2025-11-25T00:00:00.000Z' } });
  });

  test('over HTTP has its attributes in ce- headers, percent-encoded', () => {
    const headers = { 'ce-specversion': '1.0', 'Ce-Id': 'e1', 'ce-source': '/caf%C3%A9', 'ce-type': 'issue.resolved.v1', host: 'tocsin' };
    expect(decodeCloudEvent({ contentType: 'application/json', headers, body }, HTTP_BINDING)).toMatchObject({ ok: true, event: { source: '/café', id: 'e1', data: EVENT.data } });
  });

  test('without its attributes is none', () => {
    expect(decodeCloudEvent({ contentType: 'application/json', headers: {}, body }, HTTP_BINDING)).toMatchObject({ ok: false, places: [{ pointer: '/specversion' }, { pointer: '/id' }, { pointer: '/source' }, { pointer: '/type' }] });
  });
});

describe('a batch', () => {
  test('is read event by event, each with its place', () => {
    expect(checkCloudEventBatch([EVENT, { ...EVENT, id: undefined }])).toMatchObject([{ ok: true }, { ok: false, places: [{ pointer: '/1/id' }] }]);
  });

  test('that is no array is refused as a whole', () => {
    expect(checkCloudEventBatch(EVENT)).toMatchObject([{ ok: false, places: [{ pointer: '', code: 'wrong_type' }] }]);
  });
});
