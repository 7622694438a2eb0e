// Takes the graph for one load, unless another one holds it; tells what a load left unfinished.
// parameters: token STRING, holder STRING, target STRING, plan STRING, parts LIST<STRING>, patience INTEGER
// returns: taken BOOLEAN, holder STRING, done INTEGER
MERGE (log:Log {name: 'events'})
SET log.asked = timestamp()
WITH log,
     log.loading IS NULL OR log.holder = $holder OR log.beat < timestamp() - $patience AS free,
     coalesce(log.target = $target AND log.plan = $plan, false) AS same
SET log.done = CASE WHEN free AND NOT same THEN 0 ELSE coalesce(log.done, 0) END,
    log.loading = CASE WHEN free THEN $token ELSE log.loading END,
    log.holder = CASE WHEN free THEN $holder ELSE log.holder END,
    log.target = CASE WHEN free THEN $target ELSE log.target END,
    log.plan = CASE WHEN free THEN $plan ELSE log.plan END,
    log.loading_parts = CASE WHEN free THEN $parts ELSE log.loading_parts END,
    log.beat = CASE WHEN free THEN timestamp() ELSE log.beat END
RETURN free AS taken, log.holder AS holder, log.done AS done
