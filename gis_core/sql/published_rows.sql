-- Nothing published is overwritten: a published row may only be closed, in valid or in knowledge time.
-- Argument 'draft': rows whose layer version is not yet in force may still be changed and deleted.
CREATE OR REPLACE FUNCTION pelak_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    closed record;
BEGIN
    IF TG_NARGS > 0 THEN
        IF NOT EXISTS (SELECT 1 FROM layers_layerversion WHERE id = OLD.layer_version_id AND status = 'in_force') THEN
            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
            RETURN NEW;
        END IF;
    END IF;
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'PUBLISHED_ROW: % % is published and cannot be deleted; close it instead.', TG_TABLE_NAME, OLD.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    closed := NEW;
    closed.valid := OLD.valid;
    closed.known := OLD.known;
    IF closed *<> OLD
        OR lower(NEW.valid) IS DISTINCT FROM lower(OLD.valid) OR lower(NEW.known) IS DISTINCT FROM lower(OLD.known)
        OR NOT NEW.valid <@ OLD.valid OR NOT NEW.known <@ OLD.known
    THEN
        RAISE EXCEPTION 'PUBLISHED_ROW: % % is published and cannot be edited; open the next version.', TG_TABLE_NAME, OLD.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$;
