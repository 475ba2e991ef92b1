namespace PollMode.Wire;

/// <summary>What an ARP packet wants (IANA registry of ARP parameters).</summary>
public enum ArpOperation : ushort
{
    /// <summary>No operation: not on the wire.</summary>
    None = 0,

    /// <summary>Who has the target address?</summary>
    Request = 1,

    /// <summary>The sender has it.</summary>
    Reply = 2,
}
