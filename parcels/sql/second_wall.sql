-- The second wall: what gis_core/access.py allows, PostgreSQL checks again on each row of requests and
-- personal data. Settings are set per transaction (acting_as); without them nothing is seen.
CREATE FUNCTION pelak_actor() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
RETURN coalesce(nullif(current_setting('app.actor', true), ''), 'nobody');

CREATE FUNCTION pelak_user() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE
RETURN nullif(current_setting('app.user', true), '')::bigint;

CREATE FUNCTION pelak_listed(name text, value text) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
RETURN coalesce(nullif(current_setting(name, true), '')::jsonb ? value, false);

ALTER TABLE service_requests_servicerequest ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON service_requests_servicerequest FOR SELECT USING (
    pelak_actor() = 'system'
    OR pelak_actor() = 'person' AND (
        current_setting('app.all_requests', true) = 'on'
        OR filed_by_id = pelak_user()
        OR tracking_code = nullif(current_setting('app.tracking_code', true), '')
        OR pelak_listed('app.districts', district_code)
        OR pelak_listed('app.offices', office_code)
    )
);
CREATE POLICY received ON service_requests_servicerequest FOR INSERT WITH CHECK (pelak_actor() = 'system');
CREATE POLICY moved ON service_requests_servicerequest FOR UPDATE USING (
    pelak_actor() = 'system'
    OR pelak_actor() = 'person' AND (
        current_setting('app.all_requests', true) = 'on'
        OR filed_by_id = pelak_user()
        OR pelak_listed('app.districts', district_code)
        OR pelak_listed('app.offices', office_code)
    )
) WITH CHECK (true);
CREATE POLICY removed ON service_requests_servicerequest FOR DELETE USING (pelak_actor() = 'system');

-- What belongs to a request is seen with it (the inner query is itself under the policy above).
ALTER TABLE service_requests_transition ENABLE ROW LEVEL SECURITY;
CREATE POLICY with_request ON service_requests_transition USING (
    pelak_actor() = 'system'
    OR EXISTS (SELECT 1 FROM service_requests_servicerequest r WHERE r.id = request_id)
);
ALTER TABLE service_requests_document ENABLE ROW LEVEL SECURITY;
CREATE POLICY with_request ON service_requests_document USING (
    pelak_actor() = 'system'
    OR EXISTS (SELECT 1 FROM service_requests_servicerequest r WHERE r.id = request_id)
);

-- Personal data: the person's own, and of requests one handles.
ALTER TABLE service_requests_applicant ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_or_handled ON service_requests_applicant FOR SELECT USING (
    pelak_actor() = 'system'
    OR pelak_actor() = 'person' AND (
        user_id = pelak_user()
        OR current_setting('app.personal', true) = 'on'
            AND EXISTS (SELECT 1 FROM service_requests_servicerequest r WHERE r.applicant_id = service_requests_applicant.id)
    )
);
CREATE POLICY written ON service_requests_applicant FOR INSERT WITH CHECK (pelak_actor() = 'system');
CREATE POLICY changed ON service_requests_applicant FOR UPDATE USING (pelak_actor() = 'system');
CREATE POLICY removed ON service_requests_applicant FOR DELETE USING (pelak_actor() = 'system');

-- The book of readings and the steps of a case are only ever added to.
CREATE FUNCTION pelak_only_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'ONLY_ADDED: rows of % are never changed or removed.', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER only_added BEFORE UPDATE OR DELETE ON gis_core_auditentry
    FOR EACH ROW EXECUTE FUNCTION pelak_only_added();
CREATE TRIGGER only_added BEFORE UPDATE OR DELETE ON service_requests_transition
    FOR EACH ROW EXECUTE FUNCTION pelak_only_added();
