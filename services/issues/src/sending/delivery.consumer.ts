/** `delivery.settled.v1` in: how a command that was sent by hand ended. */
import { Controller } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';

import { DeliverySettled } from '@tocsin/contracts';
import { failPoint } from '@tocsin/platform';

import { CommandRepository } from './command.repository.js';

@Controller()
export class DeliveryConsumer {
  constructor(private readonly commands: CommandRepository) {}

  @EventPattern<string>('delivery.settled.v1')
  async handle(@Payload() delivery: DeliverySettled): Promise<void> {
    await this.commands.settle(delivery);
    failPoint('settlement.commit');
  }
}
