namespace PollMode.Drivers.AfXdp;

/// <summary>What the XDP program asks the device about each frame, by the kernel functions of <c>xdp_metadata_ops</c>.</summary>
[Flags]
internal enum RxFacts
{
    None = 0,

    /// <summary>bpf_xdp_metadata_rx_timestamp.</summary>
    Timestamp = 1,

    /// <summary>bpf_xdp_metadata_rx_hash.</summary>
    Hash = 2,

    /// <summary>bpf_xdp_metadata_rx_vlan_tag.</summary>
    Vlan = 4,
}
