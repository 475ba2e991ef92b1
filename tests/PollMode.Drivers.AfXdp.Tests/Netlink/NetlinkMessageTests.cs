using CsCheck;
using PollMode.Drivers.AfXdp.Netlink;

namespace PollMode.Drivers.AfXdp.Tests.Netlink;

public sealed class NetlinkMessageTests
{
    [Fact]
    public void What_is_written_is_read()
    {
        byte[] buffer = new byte[256];
        int length = NetlinkMessage.Begin(buffer, NetlinkMessage.NewLink, NetlinkMessage.FlagRequest, 7, index: 42, linkFlags: 0x10001, change: 0);
        length = NetlinkMessage.Add(buffer, length, NetlinkMessage.AttributeName, "eth0\0"u8);
        length = NetlinkMessage.Add(buffer, length, NetlinkMessage.AttributeMtu, 9000);
        length = NetlinkMessage.Add(buffer, length, NetlinkMessage.AttributeAddress, [2, 0, 0, 0, 1, 9]);
        NetlinkMessage.End(buffer, length);
        ReadOnlySpan<byte> rest = buffer.AsSpan(0, length);
        Assert.True(NetlinkMessage.TryNext(ref rest, out ushort type, out uint sequence, out ReadOnlySpan<byte> body));
        Assert.Equal((NetlinkMessage.NewLink, 7u, 42), (type, sequence, NetlinkMessage.IndexOf(body)));
        LinkSnapshot link = NetlinkMessage.Read(body);
        Assert.Equal(("eth0", 9000, 0x020000000109UL, true), (link.Name, link.Mtu, link.MacAddress, link.IsUp));
        Assert.True(rest.IsEmpty);
    }

    [Fact]
    public void Any_bytes_are_read_without_a_fault() => Gen.Byte.Array[0, 300].Sample(bytes =>
    {
        if (bytes.Length > 4)
        {
            bytes[0] = (byte)bytes.Length;
            bytes[1] = (byte)(bytes.Length >> 8);
            bytes[2] = 0;
            bytes[3] = 0;
        }

        ReadOnlySpan<byte> rest = bytes;
        int messages = 0;
        while (NetlinkMessage.TryNext(ref rest, out _, out _, out ReadOnlySpan<byte> body))
        {
            messages++;
            _ = NetlinkMessage.IndexOf(body);
            _ = NetlinkMessage.Read(body);
        }

        return messages <= bytes.Length / NetlinkMessage.HeaderBytes;
    });
}
