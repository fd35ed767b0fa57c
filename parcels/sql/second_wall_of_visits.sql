-- The second wall round visits: each is seen and written with its request, its reports and photos with it.
ALTER TABLE inspections_visit ENABLE ROW LEVEL SECURITY;
CREATE POLICY with_request ON inspections_visit USING (
    pelak_actor() = 'system'
    OR EXISTS (SELECT 1 FROM service_requests_servicerequest r WHERE r.id = request_id)
);
ALTER TABLE inspections_visitreport ENABLE ROW LEVEL SECURITY;
CREATE POLICY with_visit ON inspections_visitreport USING (
    pelak_actor() = 'system' OR EXISTS (SELECT 1 FROM inspections_visit v WHERE v.id = visit_id)
);
ALTER TABLE inspections_photo ENABLE ROW LEVEL SECURITY;
CREATE POLICY with_report ON inspections_photo USING (
    pelak_actor() = 'system' OR EXISTS (SELECT 1 FROM inspections_visitreport r WHERE r.id = report_id)
);
