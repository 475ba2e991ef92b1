using System.Runtime.InteropServices;
using PollMode.Drivers.AfXdp.Native;
using PollMode.Drivers.AfXdp.Xsk;
using PollMode.Linux;

namespace PollMode.Drivers.AfXdp;

internal sealed unsafe partial class AfXdpTxQueue
{
    /// <summary>System calls in a row for one burst: each sends as many frames as the kernel's budget, or loses one.</summary>
    private const int KickLimit = 64;

    /// <summary>Has the kernel send what is in the TX ring, if it does not do so by itself.</summary>
    private void Kick(XskSocket socket)
    {
        if (_needWakeup && !socket.Tx.NeedsWakeup)
        {
            WakeupsSaved++;
            return;
        }

        // Without a carrier the kernel would take the frames and drop them; and a device that is down is asked again only when the news say that it is up.
        if (_monitor.State != LinkState.Up)
        {
            return;
        }

        int before = socket.Tx.Outstanding;
        for (int i = 0; i < KickLimit && before > 0; i++)
        {
            Wakeups++;
            if (LibC.SendTo(socket.Number, null, 0, LibC.MSG_DONTWAIT, null, 0) >= 0)
            {
                return;
            }

            int errno = Marshal.GetLastPInvokeError();
            int after = socket.Tx.Outstanding;
            switch (errno)
            {
                case Errno.EBUSY when after < before:
                    // Copy mode: the device refused one frame, longer than its MTU perhaps. It is completed but was not sent; the next may do.
                    Counters.Dropped++;
                    break;
                case Errno.EAGAIN when after < before:
                    // The budget of one call is used up.
                    break;
                case Errno.EINTR:
                    break;
                case Errno.EINVAL:
                    // A descriptor that the kernel will refuse for ever, and send nothing behind it.
                    _queue.Break();
                    return;
                default:
                    return;
            }

            before = after;
        }
    }
}
