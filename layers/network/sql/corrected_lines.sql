CREATE TRIGGER published_rows BEFORE UPDATE OR DELETE ON network_correctedline
    FOR EACH ROW EXECUTE FUNCTION pelak_refuse_change('draft');
ALTER TABLE network_correctedline ADD CONSTRAINT corrected_line_shape_is_valid CHECK (ST_IsValid(geometry));
