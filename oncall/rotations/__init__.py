"""From calendars to schedules: files as products write them, read so that they mean one thing."""
