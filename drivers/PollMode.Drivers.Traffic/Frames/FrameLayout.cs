namespace PollMode.Drivers.Traffic;

/// <summary>Where the headers of a test packet begin: how the sink finds the signature without reading headers that may be damaged.</summary>
/// <param name="L3">Offset of the IP header; of frames without IP, of the payload.</param>
/// <param name="L4">Offset of the transport header, or of what follows IP.</param>
/// <param name="Payload">Offset of the payload.</param>
/// <param name="IpVersion">4, 6 or 0.</param>
/// <param name="Protocol">What IP carries, as in its header.</param>
internal readonly record struct FrameLayout(int L3, int L4, int Payload, int IpVersion, byte Protocol);
