"""What AI features cost, over any period."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from coder_sdk.resources import ai_spend as generated
from coder_sdk.workflows._days import check_number
from coder_sdk.workflows.spend import csv_rows, spend_row
from coder_sdk.workflows.window import checked, fixed

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from coder_sdk._refs import OrganizationRef
    from coder_sdk.workflows.spend import SpendRow
    from coder_sdk.workflows.window import Window

# The server answers for 31 days of 24 hours; a change of clocks makes a span an hour longer.
_DAYS: Final = 30


class AsyncAISpend(generated.AsyncAISpend):
    """What AI features cost, and the budgets that bound it."""

    async def export(
        self, organization: OrganizationRef, window: Window, *, days: int = _DAYS
    ) -> AsyncIterator[SpendRow]:
        """Yield what each user of an organization spent on AI, by group, model and provider.

        The server sums up a period of at most 31 days. A longer one is read in several, the oldest
        first, and each has rows of its own.

        Args:
            organization: The organization: a model, a UUID, a name, or `default`.
            window: The period.
            days: How many days each sum covers, 30 at most.

        Yields:
            Row after row, as a dict by column. Amounts are `Decimal`, in whole units of money: a
            column that the server calls `x_micros` is `x` here.

        Raises:
            FeatureUnavailableError: The deployment has no license for the AI Gateway.
            BadRequestError: The period begins before what the server still keeps.

        Example:
            >>> from coder_sdk import Window
            >>> for row in coder.ai_spend.export("default", Window.last(days=90)):  # doctest: +SKIP
            ...     print(row)

        See:
            https://coder.com/docs/reference/api/enterprise#export-organization-ai-spend-as-csv
        """
        check_number("days", days)
        for part in checked(window).split(min(max(days, 1), _DAYS)):
            text = await self.export_csv(
                organization, period_start=fixed(part.start), period_end=fixed(part.end)
            )
            for row in csv_rows(text):
                yield spend_row(row)
