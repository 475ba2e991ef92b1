namespace PollMode;

/// <summary>What the <see cref="Ledger"/> found. It ends the worker whatever the policy for stages says: its pool cannot be trusted any more.</summary>
internal sealed class LedgerException : PollModeException
{
    internal LedgerException(string message)
        : base(message)
    {
    }
}
