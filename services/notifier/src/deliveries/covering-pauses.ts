/** The pauses `p` that cover `d`, of `deliveries` or of `ledger`: of everything of its organization, or of its workflow. */
export const COVERING_PAUSES = `pauses p where p.organization_id = d.organization_id and p.workflow_id in ('', coalesce(d.workflow_id, ''))`;

/** Who pauses `d`, where several do: of everything before of its workflow. */
export const PAUSED_BY = `select p.paused_by from ${COVERING_PAUSES} order by p.workflow_id limit 1`;

/** A line in the timelines of those that follow, as `d`. */
export const TELL_PAUSED = `insert into timeline (organization_id, delivery_id, kind, text) select d.organization_id, d.delivery_id, 'paused', 'Sending was paused by ' || (${PAUSED_BY})`;

/** An advisory lock: exclusive for whoever pauses, shared where requests begin. Any number that stands for nothing else in our database. */
export const PAUSING = 7205759403792795;
