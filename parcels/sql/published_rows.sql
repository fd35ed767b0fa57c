CREATE TRIGGER published_rows BEFORE UPDATE OR DELETE ON parcels_parcel
    FOR EACH ROW EXECUTE FUNCTION pelak_refuse_change();
ALTER TABLE parcels_parcel ADD CONSTRAINT parcel_shape_is_valid CHECK (ST_IsValid(geometry));
