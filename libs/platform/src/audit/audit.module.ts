/** Wires the audit log of a service. */
import { Global, Module } from '@nestjs/common';

import { Audit } from './audit.js';
import { AuditController } from './audit.controller.js';

@Global()
@Module({ controllers: [AuditController], providers: [Audit], exports: [Audit] })
export class AuditModule {}
