-- A bounce that blames the message and not the mailbox.
ALTER TYPE "event_effect" ADD VALUE 'message';
