CREATE TRIGGER published_rows BEFORE UPDATE OR DELETE ON layers_district
    FOR EACH ROW EXECUTE FUNCTION pelak_refuse_change('draft');
CREATE TRIGGER published_rows BEFORE UPDATE OR DELETE ON layers_groundcover
    FOR EACH ROW EXECUTE FUNCTION pelak_refuse_change('draft');
CREATE TRIGGER published_rows BEFORE UPDATE OR DELETE ON layers_overlayfeature
    FOR EACH ROW EXECUTE FUNCTION pelak_refuse_change('draft');
ALTER TABLE layers_district ADD CONSTRAINT district_shape_is_valid CHECK (ST_IsValid(geometry));
ALTER TABLE layers_groundcover ADD CONSTRAINT ground_cover_shape_is_valid CHECK (ST_IsValid(geometry));
ALTER TABLE layers_overlayfeature ADD CONSTRAINT overlay_shape_is_valid CHECK (ST_IsValid(geometry));
