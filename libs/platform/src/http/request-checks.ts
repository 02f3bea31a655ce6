/** What a request passes before its route. Not what a message does: who may say it, and whether it is valid, the bus finds out itself. */
import type { CanActivate, PipeTransform } from '@nestjs/common';

export class RequestChecks {
  constructor(
    readonly guards: readonly CanActivate[],
    readonly pipes: readonly PipeTransform[],
  ) {}
}
