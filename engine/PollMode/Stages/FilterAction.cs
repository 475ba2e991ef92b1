namespace PollMode;

/// <summary>What a <see cref="FilterStage"/> does with a packet.</summary>
public enum FilterAction
{
    /// <summary>Lets it pass.</summary>
    Pass,

    /// <summary>Drops it under <see cref="DropReason.Filtered"/>.</summary>
    Drop,
}
