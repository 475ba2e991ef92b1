using System.Buffers.Binary;
using PollMode.Testing;
using PollMode.Wire;

namespace PollMode.Drivers.AfXdp.Tests.Live;

/// <summary>Ports on devices with zero copy: the device reads and writes the arena itself. QEMU's devices, the kernel's drivers, frames compared at the other end of the wire.</summary>
public sealed class ZeroCopyTests
{
    private const ushort Type = 0x88b5;
    private const string Keys = "zero_copy=require,keep=none,rx_ring=512,tx_ring=512,fill_ring=1024";

    /// <summary>Frames on their way at once: an emulated processor that still compiles its program may not keep up with more than the rings hold.</summary>
    private const int Window = 100;

    /// <summary>virtio_net has zero copy where the device asks for addresses of an IOMMU, so that the kernel maps memory for it.</summary>
    private const string Virtio = "virtio-net-pci,iommu_platform=on,disable-legacy=on";

    [Fact]
    public void Virtio_devices_pass_frames_in_both_directions_and_sum_checksums()
    {
        GuestRequires.Device("virtio-net-pci");
        using var guest = Guest.Boot(Virtio, 2);
        SetUp(guest, 2);
        Start(guest, $"af_xdp:eth0,{Keys},tx_metadata=true af_xdp:eth1,{Keys},tx_metadata=true");
        Pass(guest, 0, 1, [.. Enumerable.Range(0, 1000).Select(i => MakeFrame(i, 1, 1514))]);
        Pass(guest, 1, 0, [.. Enumerable.Range(0, 1000).Select(i => MakeFrame(i, 0, 1514))]);

        // Asked of a device that makes no checksums when it copies nothing, they are made on the way.
        guest.Wires[0].Send(MakeDatagram());
        byte[] datagram = Assert.Single(guest.Wires[1].Receive(1, 0x0800));
        Assert.True(InternetChecksum.IsValid(datagram.AsSpan(34), InternetChecksum.Sum([.. datagram.AsSpan(26, 8), 0, 17, datagram[38], datagram[39]])));

        string end = Stop(guest);
        Assert.Contains("eth0 (driver 'virtio_net'), queue 0: native XDP; zero copy", end, StringComparison.Ordinal);
        Assert.Contains("checksums of sent frames are made here, because the device makes none; it does not tell when a frame left", end, StringComparison.Ordinal);
        Assert.Contains("received 2001, sent 2001, dropped 0, queues 2, out 0", end, StringComparison.Ordinal);

        // Opened again after a close, and killed: nothing is lost, and the kernel has its traffic back each time.
        string before = guest.Run("grep HugePages_Free /proc/meminfo");
        AssertKernelAnswers(guest, 0);
        Start(guest, $"af_xdp:eth0,{Keys} af_xdp:eth1,{Keys}");
        Pass(guest, 1, 0, [.. Enumerable.Range(0, 100).Select(i => MakeFrame(i, 0, 1514))]);
        guest.Run("kill -KILL $child; wait $child; true");
        AssertKernelAnswers(guest, 0);
        Assert.Equal(before, guest.Run("grep HugePages_Free /proc/meminfo"));

        // Opened again after the kill, the queues are free. A device is pulled out while it has the buffers.
        Start(guest, $"af_xdp:eth0,{Keys} af_xdp:eth1,{Keys}");
        Pass(guest, 0, 1, [.. Enumerable.Range(0, 100).Select(i => MakeFrame(i, 1, 1514))]);
        guest.Run("echo 1 > $(readlink -f /sys/class/net/eth0/device/..)/remove; sleep 1; test ! -e /sys/class/net/eth0");
        guest.Wires[1].Send(MakeFrame(1, 1, 1514));
        end = Stop(guest);
        Assert.Matches("received 10[01], sent 100, dropped [01], queues [12], out 0", end);
        AssertKernelAnswers(guest, 1);
        AssertNoComplaints(guest);
    }

    [Fact]
    public void An_igb_passes_frames_by_all_its_queues()
    {
        GuestRequires.Device("igb");
        using var guest = Guest.Boot("igb", 2);
        SetUp(guest, 2);
        Start(guest, $"af_xdp:eth0,{Keys} af_xdp:eth1,{Keys}");

        // Its link takes some seconds to come up again after the program was attached.
        guest.Run("n=0; until [ $(cat /sys/class/net/eth[01]/carrier | tr -d '\\n') = 11 ] || [ $n -gt 200 ]; do sleep 0.1; n=$((n+1)); done; sleep 1");
        Pass(guest, 0, 1, [.. Enumerable.Range(0, 1000).Select(i => MakeFlow(i, 1))], 0x0800);
        string end = Stop(guest);
        Assert.Contains("eth0 (driver 'igb'), queues 0 to 1: native XDP; zero copy", end, StringComparison.Ordinal);
        Assert.Contains("received 1000, sent 1000, dropped 0, queues 2, out 0", end, StringComparison.Ordinal);
        AssertNoComplaints(guest);
    }

    /// <summary>Sets the devices up, with addresses for the kernel to answer to.</summary>
    private static void SetUp(Guest guest, int devices)
    {
        for (int i = 0; i < devices; i++)
        {
            guest.Run($"sysctl -q -w net.ipv6.conf.eth{i}.disable_ipv6=1; ip link set eth{i} up; ip addr add 10.9.{i}.1/24 dev eth{i}");
        }
    }

    /// <summary>Starts the forwarder in the guest, and waits until its ports are open.</summary>
    private static void Start(Guest guest, string specs)
    {
        guest.Run($"""
            : > log; {ChildProcess.Variable}='{specs}' DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 DOTNET_TieredPGO=0 {ChildProcess.Path} > log 2>&1 & child=$!
            n=0; until grep -q . log || [ $n -gt 1000 ]; do sleep 0.1; n=$((n+1)); done
            grep -qx open log || {"{"} cat log; false; {"}"}
            """);
    }

    /// <summary>Has the forwarder end; gives what it says then.</summary>
    private static string Stop(Guest guest) => guest.Run("kill -TERM $child; wait $child; e=$?; cat log; (exit $e)");

    /// <summary>Sends frames into one device and compares what comes out of the other.</summary>
    private static void Pass(Guest guest, int from, int to, List<byte[]> frames, ushort type = Type)
    {
        guest.Wires[to].Clear();
        foreach (byte[][] chunk in frames.Chunk(Window))
        {
            Array.ForEach(chunk, guest.Wires[from].Send);
            IReadOnlyList<byte[]> got = guest.Wires[to].Receive(chunk.Length, type);
            if (got.Count != chunk.Length)
            {
                Assert.Fail($"{got.Count} of {chunk.Length} arrived; {guest.Run("cat log; dmesg | tail -5")}");
            }

            // Queues overtake each other; a frame's number is in it.
            foreach (byte[] frame in got)
            {
                Assert.Equal(frames[BinaryPrimitives.ReadInt32BigEndian(frame.AsSpan(frame.Length - 4))], frame);
            }
        }
    }

    /// <summary>The kernel answers a question for its address, with no program in its way.</summary>
    private static void AssertKernelAnswers(Guest guest, int device)
    {
        guest.Wires[device].Clear();
        byte[] hardware = Convert.FromHexString(Guest.Address(device).Replace(":", string.Empty, StringComparison.Ordinal));
        byte[] question = [.. Enumerable.Repeat((byte)0xff, 6), 2, 0, 0, 0, 0, 9, 8, 6, 0, 1, 8, 0, 6, 4, 0, 1, 2, 0, 0, 0, 0, 9, 10, 9, (byte)device, 9, 0, 0, 0, 0, 0, 0, 10, 9, (byte)device, 1, .. new byte[18]];
        guest.Wires[device].Send(question);
        byte[] answer = Assert.Single(guest.Wires[device].Receive(1, 0x0806));
        Assert.Equal(hardware, answer[22..28]);
    }

    private static void AssertNoComplaints(Guest guest) =>
        Assert.Equal(string.Empty, guest.Run("dmesg | grep -E 'WARNING|BUG|Call Trace|Oops' || true").Trim());

    /// <summary>A frame from 60 to some number of bytes, whose last four are its number.</summary>
    private static byte[] MakeFrame(int number, int device, int longest)
    {
        byte[] frame = new byte[60 + (number * 37 % (longest - 59))];
        new Random(number).NextBytes(frame);
        return Finish(frame, number, device, Type);
    }

    /// <summary>A UDP datagram of a flow of its own, that a device may spread over its queues.</summary>
    private static byte[] MakeFlow(int number, int device)
    {
        byte[] frame = new byte[60 + (number * 37 % 1400)];
        new Random(number).NextBytes(frame);
        Convert.FromHexString("4500002000000000401100000a0900090a090109").CopyTo(frame, 14);
        frame[29] = (byte)number;
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(16), (ushort)(frame.Length - 14));
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(38), (ushort)(frame.Length - 34));
        frame[40] |= 1;
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(24), InternetChecksum.Compute(frame.AsSpan(14, 20)));
        return Finish(frame, number, device, 0x0800);
    }

    /// <summary>A UDP datagram whose checksum is left to somebody on the way.</summary>
    private static byte[] MakeDatagram()
    {
        byte[] frame = MakeFlow(999, 1);
        frame[40] = 0;
        frame[41] = 0;
        return frame;
    }

    private static byte[] Finish(byte[] frame, int number, int to, ushort type)
    {
        Convert.FromHexString(Guest.Address(1 - to).Replace(":", string.Empty, StringComparison.Ordinal)).CopyTo(frame, 0);
        Convert.FromHexString("020000000009").CopyTo(frame, 6);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(12), type);
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(frame.Length - 4), number);
        return frame;
    }
}
