CREATE TRIGGER published_rows BEFORE UPDATE OR DELETE ON zoning_zone
    FOR EACH ROW EXECUTE FUNCTION pelak_refuse_change('draft');
CREATE TRIGGER published_rows BEFORE UPDATE OR DELETE ON zoning_rule
    FOR EACH ROW EXECUTE FUNCTION pelak_refuse_change();
ALTER TABLE zoning_zone ADD CONSTRAINT zone_shape_is_valid CHECK (ST_IsValid(geometry));
