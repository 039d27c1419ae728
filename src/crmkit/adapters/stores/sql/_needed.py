"""What the store cannot do without, or how to install it. It is imported first."""

from crmkit._require import require

require("sqlalchemy", extra="sql")
