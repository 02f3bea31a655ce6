import { Delivery } from '../http/delivery.js';

/** `delivery.settled.v1`: a delivery reached its end. */
export class DeliverySettled extends Delivery {}
