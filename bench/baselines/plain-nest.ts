/**
 * A Nest service as its documentation leads to: RabbitMQ transport with manual acknowledgement, Slack's WebClient as it comes,
 * a repository that saves an entity for each message. Told to be careful, it also checks what it gets, and saves a message before
 * it is posted, so that none is posted of which nothing is known.
 */
import 'reflect-metadata';

import { Controller, Module, ValidationPipe } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Ctx, EventPattern, Payload, RmqContext, Transport, type MicroserviceOptions } from '@nestjs/microservices';
import { WebClient } from '@slack/web-api';
import type { Channel, Message } from 'amqplib';
import { Column, CreateDateColumn, DataSource, Entity, PrimaryColumn } from 'typeorm';

import { SendToSlack } from '@tocsin/contracts';

import { tokenOf } from '../traffic.js';
import { simpleMessage } from './simple-message.js';

const { DATABASE_URL = '', AMQP_URL = '', QUEUE = '', SLACK_API_URL = '', CONCURRENCY = '32', CAREFUL = 'false' } = process.env;
const isCareful = CAREFUL === 'true';

@Entity('deliveries')
class Delivery {
  @PrimaryColumn('text') id!: string;
  @Column('text') channel!: string;
  @Column('text') ts!: string;
  @Column('jsonb') command!: SendToSlack;
  @CreateDateColumn({ name: 'posted_at', type: 'timestamptz' }) postedAt!: Date;
}

@Controller()
class DeliveryController {
  private readonly clients = new Map<string, WebClient>();

  constructor(private readonly database: DataSource) {}

  @EventPattern<string>('slack.send')
  async send(@Payload() command: SendToSlack, @Ctx() context: RmqContext): Promise<void> {
    const message = simpleMessage(command);
    const deliveries = this.database.getRepository(Delivery);
    if (isCareful) await deliveries.save({ id: command.commandId, channel: message.channel, ts: '', command });
    const { ts = '' } = await this.clientOf(command.connectionId).chat.postMessage(message);
    await deliveries.save({ id: command.commandId, channel: message.channel, ts, command });
    (context.getChannelRef() as Channel).ack(context.getMessage() as Message);
  }

  private clientOf(connectionId: string): WebClient {
    const client = this.clients.get(connectionId) ?? new WebClient(tokenOf(connectionId), { slackApiUrl: SLACK_API_URL });
    this.clients.set(connectionId, client);
    return client;
  }
}

const database = await new DataSource({ type: 'postgres', url: DATABASE_URL, entities: [Delivery] }).initialize();

@Module({ controllers: [DeliveryController], providers: [{ provide: DataSource, useValue: database }] })
class PlainModule {}

const application = await NestFactory.createMicroservice<MicroserviceOptions>(PlainModule, {
  transport: Transport.RMQ,
  options: { urls: [AMQP_URL], queue: QUEUE, queueOptions: { durable: true, arguments: { 'x-queue-type': 'quorum' } }, noAck: false, prefetchCount: Number(CONCURRENCY) },
  logger: ['error', 'warn'],
});
if (isCareful) application.useGlobalPipes(new ValidationPipe({ transform: true, whitelist: true }));
await application.listen();
process.stdout.write(`The plain Nest service is ready for ${SLACK_API_URL}\n`);
