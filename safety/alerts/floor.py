"""What the database refuses of the mails of alerts, whoever asks: see migration ``alerts``."""

KEPT = """
-- A mail that went out stays out, and what was read stays read; nobody is told of something else.
CREATE OR REPLACE FUNCTION hermes_delivery_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.alert_id, NEW.recipient_id, NEW.step, NEW.told_at, NEW.message_id)
        IS DISTINCT FROM (OLD.alert_id, OLD.recipient_id, OLD.step, OLD.told_at, OLD.message_id)
        OR OLD.state = 'sent' AND (NEW.state, NEW.sent_at) IS DISTINCT FROM (OLD.state, OLD.sent_at)
        OR OLD.acknowledged_at IS NOT NULL
            AND NEW.acknowledged_at IS DISTINCT FROM OLD.acknowledged_at THEN
        RAISE EXCEPTION 'who was told of an alert, and that it was sent or read, stays: refused'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER hermes_delivery_kept BEFORE UPDATE ON "safety_delivery"
FOR EACH ROW EXECUTE FUNCTION hermes_delivery_kept();
CREATE TRIGGER hermes_never_deleted BEFORE DELETE ON "safety_delivery"
FOR EACH ROW EXECUTE FUNCTION hermes_never_deleted();
CREATE TRIGGER hermes_never_deleted_all BEFORE TRUNCATE ON "safety_delivery"
FOR EACH STATEMENT EXECUTE FUNCTION hermes_never_deleted();
"""
NOT_KEPT = """
DROP TRIGGER IF EXISTS hermes_delivery_kept ON "safety_delivery";
DROP TRIGGER IF EXISTS hermes_never_deleted ON "safety_delivery";
DROP TRIGGER IF EXISTS hermes_never_deleted_all ON "safety_delivery";
DROP FUNCTION IF EXISTS hermes_delivery_kept();
"""
