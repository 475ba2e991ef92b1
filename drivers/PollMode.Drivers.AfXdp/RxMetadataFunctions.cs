using PollMode.Drivers.AfXdp.Bpf;
using static PollMode.Drivers.AfXdp.Bpf.BpfRegister;

namespace PollMode.Drivers.AfXdp;

/// <summary>
/// Writes the part of a program that asks the device about a frame and leaves the answers in front of it, as <see cref="RxMetadata"/>
/// (Documentation/networking/xdp-rx-metadata.rst).
/// </summary>
/// <param name="Facts">What the device has.</param>
/// <param name="Timestamp">The kernel's number of bpf_xdp_metadata_rx_timestamp.</param>
/// <param name="Hash">Of bpf_xdp_metadata_rx_hash.</param>
/// <param name="Vlan">Of bpf_xdp_metadata_rx_vlan_tag.</param>
internal sealed record RxMetadataFunctions(RxFacts Facts, int Timestamp, int Hash, int Vlan)
{
    // Offsets from the end of the stack, below those of the filter.
    private const int TimestampSlot = -72;
    private const int HashSlot = -80;
    private const int HashTypeSlot = -76;
    private const int VlanProtocolSlot = -88;
    private const int VlanTciSlot = -86;

    // struct xdp_md
    private const int DataOffset = 0;
    private const int DataMetaOffset = 8;

    /// <summary>Finds the functions for facts; null if the kernel lacks one, or does not tell.</summary>
    internal static RxMetadataFunctions? Find(RxFacts facts)
    {
        if (facts == RxFacts.None)
        {
            return null;
        }

        int[] numbers = KernelTypes.FindFunctions("bpf_xdp_metadata_rx_timestamp", "bpf_xdp_metadata_rx_hash", "bpf_xdp_metadata_rx_vlan_tag");
        bool lacks = (facts.HasFlag(RxFacts.Timestamp) && numbers[0] == 0) || (facts.HasFlag(RxFacts.Hash) && numbers[1] == 0) || (facts.HasFlag(RxFacts.Vlan) && numbers[2] == 0);
        return lacks ? null : new RxMetadataFunctions(facts, numbers[0], numbers[1], numbers[2]);
    }

    /// <summary>Writes the questions. R6 holds the context; R9 gathers which were answered.</summary>
    internal void Emit(BpfAssembler code)
    {
        var end = new BpfLabel();
        code.Move(R1, R6).Move(R2, -RxMetadata.Bytes).Call(BpfAssembler.AdjustMeta).JumpIf(R0, BpfCondition.NotEqual, 0u, end)
            .Move(R9, 0)
            .Store(BpfWidth.Double, R10, TimestampSlot, 0).Store(BpfWidth.Double, R10, HashSlot, 0).Store(BpfWidth.Double, R10, VlanProtocolSlot, 0);
        Ask(code, RxFacts.Timestamp, Timestamp, TimestampSlot, 0);
        Ask(code, RxFacts.Hash, Hash, HashSlot, HashTypeSlot);
        Ask(code, RxFacts.Vlan, Vlan, VlanProtocolSlot, VlanTciSlot);
        code.Load(BpfWidth.Word, R7, R6, DataMetaOffset).Load(BpfWidth.Word, R8, R6, DataOffset)
            .Move(R2, R7).Add(R2, RxMetadata.Bytes).JumpIf(R2, BpfCondition.Above, R8, end)
            .Load(BpfWidth.Double, R3, R10, TimestampSlot).Store(BpfWidth.Double, R7, 0, R3)
            .Load(BpfWidth.Double, R3, R10, HashSlot).Store(BpfWidth.Double, R7, 8, R3)
            .Load(BpfWidth.Word, R3, R10, VlanProtocolSlot).Store(BpfWidth.Word, R7, 16, R3)
            .Store(BpfWidth.Word, R7, 20, R9)
            .Store(BpfWidth.Word, R7, 28, (int)RxMetadata.Mark)
            .Mark(end);
    }

    private void Ask(BpfAssembler code, RxFacts fact, int function, int first, int second)
    {
        if (!Facts.HasFlag(fact))
        {
            return;
        }

        var unknown = new BpfLabel();
        code.Move(R1, R6).Move(R2, R10).Add(R2, first);
        if (second != 0)
        {
            code.Move(R3, R10).Add(R3, second);
        }

        code.CallKernelFunction(function).JumpIf(R0, BpfCondition.NotEqual, 0u, unknown);
        if (fact == RxFacts.Timestamp)
        {
            // A device without a clock says yes and gives zero.
            code.Load(BpfWidth.Double, R3, R10, first).Move(R4, 0).JumpIf(R3, BpfCondition.Equal, R4, unknown);
        }

        code.Or(R9, (int)fact).Mark(unknown);
    }
}
