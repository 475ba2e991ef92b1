namespace PollMode;

/// <summary>Why a packet was dropped: a small number with a name, counted by every worker. The first ones are the engine's; applications add their own.</summary>
public readonly record struct DropReason
{
    /// <summary>Most reasons that a process can have.</summary>
    public const int Limit = 256;

    /// <summary>The egress queue was full.</summary>
    public static readonly DropReason TxFull = Register("tx_full");

    /// <summary>No stage chose an egress port, or one that does not exist.</summary>
    public static readonly DropReason NoEgress = Register("no_egress");

    /// <summary>A filter let it not pass.</summary>
    public static readonly DropReason Filtered = Register("filtered");

    /// <summary>A stage threw an exception while it had the packet.</summary>
    public static readonly DropReason StageFault = Register("stage_fault");

    /// <summary>The frame's headers do not hold together.</summary>
    public static readonly DropReason Malformed = Register("malformed");

    /// <summary>No buffer could be rented for a copy.</summary>
    public static readonly DropReason NoBuffer = Register("no_buffer");

    /// <summary>The burst or a hand-off ring had no room for another packet.</summary>
    public static readonly DropReason BurstFull = Register("burst_full");

    /// <summary>The ring to another worker was full.</summary>
    public static readonly DropReason HandOffFull = Register("hand_off_full");

    /// <summary>The consumer outside the engine did not keep up.</summary>
    public static readonly DropReason TapFull = Register("tap_full");

    /// <summary>The engine stopped before the packet could be sent.</summary>
    public static readonly DropReason Stopped = Register("stopped");

    /// <summary>The frame is longer than the egress port carries.</summary>
    public static readonly DropReason TooLong = Register("too_long");

    private DropReason(int index) => Index = index;

    /// <summary>Position of its counter.</summary>
    public int Index { get; }

    /// <summary>Its name, lower case with underscores.</summary>
    public string Name => Names.Of(Index);

    /// <summary>How many reasons there are now.</summary>
    public static int Count => Names.Count;

    /// <summary>The reason with a name, made if there is none yet. At start, not per packet.</summary>
    /// <exception cref="PollModeException">There are <see cref="Limit"/> reasons already.</exception>
    public static DropReason Register(string name) => new(Names.Add(name));

    /// <summary>The name of the reason with a given index.</summary>
    public static string NameOf(int index) => Names.Of(index);

    /// <summary>The name.</summary>
    public override string ToString() => Name;

    /// <summary>The names of all reasons: of the process, so that a reason means the same to every engine in it.</summary>
    private static class Names
    {
        private static readonly Lock Gate = new();
        private static readonly List<string> All = [];

        internal static int Count
        {
            get
            {
                lock (Gate)
                {
                    return All.Count;
                }
            }
        }

        internal static string Of(int index)
        {
            lock (Gate)
            {
                return All[index];
            }
        }

        internal static int Add(string name)
        {
            ArgumentException.ThrowIfNullOrWhiteSpace(name);
            lock (Gate)
            {
                int index = All.IndexOf(name);
                if (index < 0)
                {
                    if (All.Count == Limit)
                    {
                        throw new PollModeException($"There are {Limit} drop reasons already; '{name}' must use one of them.");
                    }

                    index = All.Count;
                    All.Add(name);
                }

                return index;
            }
        }
    }
}
