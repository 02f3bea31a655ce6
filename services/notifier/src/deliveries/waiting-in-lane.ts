/**
 * `d`, of `deliveries` or of `ledger`, waits: for whoever looks by lane at all that waits there. An index states the same
 * (`deliveries_waiting_in_lane`), and no other query does, so that none of the hot path is ever planned over it.
 */
export const WAITING_IN_LANE = `d.state = 'waiting' and d.arrival >= 0`;
