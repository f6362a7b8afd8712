-- The newest run of a connector, and the plans that are held, without a walk through all of them.
create index runs_by_connector on runs (connector, id);
create index plans_by_state on plans (state, connector, created_ms);
