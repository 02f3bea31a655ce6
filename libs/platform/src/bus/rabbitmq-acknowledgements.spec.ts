import { describe, expect, test } from '@jest/globals';
import type { Channel, ConsumeMessage } from 'amqplib';

import { Acknowledgements } from './rabbitmq-acknowledgements.js';

function message(deliveryTag: number): ConsumeMessage {
  return { fields: { deliveryTag } } as ConsumeMessage;
}

function channelOf(delivered: number): { told: string[]; acknowledgements: Acknowledgements } {
  const told: string[] = [];
  const ack = ({ fields }: ConsumeMessage, allUpTo = false): void => { told.push(`${allUpTo ? 'up to ' : ''}${fields.deliveryTag}`); };
  const acknowledgements = new Acknowledgements({ ack } as Channel);
  for (let tag = 1; tag <= delivered; tag += 1) acknowledgements.delivered(message(tag));
  return { told, acknowledgements };
}

async function nextTurn(): Promise<void> {
  await new Promise((resolve) => { setImmediate(resolve); });
}

describe('what is done with in one turn is acknowledged together', () => {
  test.each<[string, number[], string[]]>([
    ['all of it', [1, 2, 3, 4], ['up to 4']],
    ['in any order', [3, 1, 2], ['up to 3']],
    ['never what is still in work: behind it each for itself', [1, 2, 4], ['up to 2', '4']],
    ['the first is in work', [2, 4], ['2', '4']],
  ])('%s', async (_case, done, frames) => {
    const { told, acknowledgements } = channelOf(4);
    for (const tag of done) acknowledgements.add(message(tag));
    expect(told).toEqual([]);
    await nextTurn();
    expect(told).toEqual(frames);
  });

  test('what was acknowledged by itself is not waited for later', async () => {
    const { told, acknowledgements } = channelOf(4);
    acknowledgements.add(message(2));
    await nextTurn();
    acknowledgements.add(message(1));
    acknowledgements.add(message(3));
    await nextTurn();
    expect(told).toEqual(['2', 'up to 3']);
  });

  test('before the channel is closed nothing is left', async () => {
    const { told, acknowledgements } = channelOf(1);
    acknowledgements.add(message(1));
    acknowledgements.flush();
    expect(told).toEqual(['up to 1']);
    await nextTurn();
    expect(told).toHaveLength(1);
  });
});
