"""Text becomes facts with spans; no parser ever raises, each returns what it understood and what it could not."""
