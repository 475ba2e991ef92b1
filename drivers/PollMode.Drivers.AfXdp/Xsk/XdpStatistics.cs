using System.Runtime.InteropServices;

namespace PollMode.Drivers.AfXdp.Xsk;

/// <summary><c>struct xdp_statistics</c> of linux/if_xdp.h: what the kernel counts for a socket.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct XdpStatistics
{
    /// <summary>Frames dropped for another reason than a full RX ring: no buffer, or too long for one.</summary>
    internal ulong RxDropped;

    internal ulong RxInvalidDescriptors;
    internal ulong TxInvalidDescriptors;

    /// <summary>Frames dropped because the RX ring was full.</summary>
    internal ulong RxRingFull;

    /// <summary>Times that the fill ring was found empty.</summary>
    internal ulong FillRingEmpty;

    internal ulong TxRingEmpty;

    internal readonly XdpStatistics Plus(in XdpStatistics other) => new()
    {
        RxDropped = RxDropped + other.RxDropped,
        RxInvalidDescriptors = RxInvalidDescriptors + other.RxInvalidDescriptors,
        TxInvalidDescriptors = TxInvalidDescriptors + other.TxInvalidDescriptors,
        RxRingFull = RxRingFull + other.RxRingFull,
        FillRingEmpty = FillRingEmpty + other.FillRingEmpty,
        TxRingEmpty = TxRingEmpty + other.TxRingEmpty,
    };
}
