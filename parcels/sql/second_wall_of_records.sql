-- The second wall round the property file and what was decided.
-- The file (violations, debts) is read by Pelak itself, and by who handles a case on that parcel; it is
-- written by imports. A decision is seen and written with its request.
ALTER TABLE records_propertyfile ENABLE ROW LEVEL SECURITY;
CREATE POLICY kept ON records_propertyfile USING (pelak_actor() = 'system');
CREATE POLICY handled ON records_propertyfile FOR SELECT USING (
    pelak_actor() = 'person' AND current_setting('app.personal', true) = 'on'
    AND EXISTS (
        SELECT 1 FROM service_requests_servicerequest r JOIN parcels_parcel p ON p.id = r.parcel_id
        WHERE p.lineage = parcel_lineage
    )
);

ALTER TABLE records_certificate ENABLE ROW LEVEL SECURITY;
CREATE POLICY kept ON records_certificate USING (pelak_actor() = 'system');
CREATE POLICY with_file ON records_certificate FOR SELECT USING (
    EXISTS (SELECT 1 FROM records_propertyfile f WHERE f.id = file_id)
);
ALTER TABLE records_violation ENABLE ROW LEVEL SECURITY;
CREATE POLICY kept ON records_violation USING (pelak_actor() = 'system');
CREATE POLICY with_file ON records_violation FOR SELECT USING (
    EXISTS (SELECT 1 FROM records_propertyfile f WHERE f.id = file_id)
);
ALTER TABLE records_debt ENABLE ROW LEVEL SECURITY;
CREATE POLICY kept ON records_debt USING (pelak_actor() = 'system');
CREATE POLICY with_file ON records_debt FOR SELECT USING (
    EXISTS (SELECT 1 FROM records_propertyfile f WHERE f.id = file_id)
);

ALTER TABLE service_requests_decision ENABLE ROW LEVEL SECURITY;
CREATE POLICY with_request ON service_requests_decision USING (
    pelak_actor() = 'system'
    OR EXISTS (SELECT 1 FROM service_requests_servicerequest r WHERE r.id = request_id)
);
