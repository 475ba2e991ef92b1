using PollMode.Linux;
using Xunit;

namespace PollMode.Drivers.Tap.Tests;

/// <summary>A TAP device as another program has it: attached by hand, with what it was made for.</summary>
internal static unsafe class RawTap
{
    /// <summary>Bytes of the virtio header that whoever attaches next finds, if it asks for one. Attaches as the device was made, and lets go.</summary>
    public static int HeaderBytesOf(string space, string name, string how)
    {
        int descriptor = NetworkNamespace.Run(space, () =>
        {
            fixed (byte* path = "/dev/net/tun\0"u8)
            {
                return LibC.Open(path, LibC.O_RDWR | LibC.O_NONBLOCK | LibC.O_CLOEXEC, 0);
            }
        });
        InterfaceRequest request = InterfaceRequest.For(name);
        request.Flags = (short)(LibC.IFF_TAP | LibC.IFF_NO_PI | (how == "vnet_hdr" ? LibC.IFF_VNET_HDR : 0) | (how == "multi_queue" ? LibC.IFF_MULTI_QUEUE : 0));
        int bytes = 0;
        Assert.Equal(0, LibC.Ioctl(descriptor, LibC.TUNSETIFF, &request));
        Assert.Equal(0, LibC.Ioctl(descriptor, LibC.TUNGETVNETHDRSZ, &bytes));
        _ = LibC.Close(descriptor);
        return bytes;
    }
}
