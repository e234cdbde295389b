//! From the outbox to RabbitMQ.
