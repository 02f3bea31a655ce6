/** 409: what is asked for does not go with the state of a delivery. */
import { ProblemException } from '@tocsin/platform';

/** Issues has accepted the command, and the bus has not brought it yet. */
export function notArrived(): ProblemException {
  return conflict('The command has not arrived yet.', 'Look again in a moment.');
}

/** `force` gets past it. @param deliveryId the delivery that the message was sent again as */
export function sentAlready(detail: string, hint: string, deliveryId?: string): ProblemException {
  return new ProblemException(409, { title: 'Sent already', code: 'sent_already', detail, hint, ...(deliveryId !== undefined && { deliveryId }) });
}

export function conflict(detail: string, hint?: string): ProblemException {
  return new ProblemException(409, { title: 'Not in this state', code: 'wrong_state', detail, ...(hint !== undefined && { hint }) });
}
