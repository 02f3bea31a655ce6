/** The pauses `p` that cover `d`, of `deliveries` or of `ledger`: of everything of its organization, or of its workflow. */
export const COVERING_PAUSES = `pauses p where p.organization_id = d.organization_id and p.workflow_id in ('', coalesce(d.workflow_id, ''))`;
